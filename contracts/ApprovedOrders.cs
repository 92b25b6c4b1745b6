using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>
/// Rows of the approved orders, in order. <paramref name="Next"/> is what to pass as <c>after</c> for those that follow, and to
/// acknowledge these by; <paramref name="Acknowledged"/> is how far that has come, and where a page without <c>after</c> begins.
/// </summary>
public sealed record ApprovalPage(IReadOnlyList<Approval> Approvals, long Next, long Acknowledged);

/// <summary>
/// An order was approved, and is as it was then; or an approval was revoked, with the reason. <paramref name="Sequence"/> grows, and
/// leaves gaps.
/// </summary>
public sealed record Approval(long Sequence, Guid OrderId, ApprovalKind Kind, DateTimeOffset At, ApprovedOrder? Order = null, string? Reason = null);

/// <summary>What a row of the approved orders says.</summary>
[JsonConverter(typeof(Kebab<ApprovalKind>))]
public enum ApprovalKind { Approved, Revoked }

/// <summary>An order that is paid for and may be handed on. Money is in minor units of <paramref name="Currency"/>.</summary>
public sealed record ApprovedOrder(
    string OrderNumber, string Currency, IReadOnlyList<OrderItem> Items, OrderTotals Totals, CustomerView Customer, Address? ShippingAddress = null);
