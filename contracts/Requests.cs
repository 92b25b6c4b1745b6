using System.Text.Json;

namespace Shop.Contracts;

/// <summary>
/// The body of <c>POST /orders</c>. Every member is nullable here, so that what is missing is answered by name and not by a
/// parser's exception; the Order Event Service's validation says what is required.
/// </summary>
public sealed record PlaceOrder(
    string? Currency = null,
    PlaceOrderCustomer? Customer = null,
    IReadOnlyList<PlaceOrderItem?>? Items = null,
    long? ShippingCost = null,
    long? Tax = null,
    long? Total = null,
    AddressBody? ShippingAddress = null,
    AddressBody? BillingAddress = null,
    UpdatePayment? Payment = null,
    IReadOnlyDictionary<string, string?>? Metadata = null);

/// <summary>Who orders.</summary>
public sealed record PlaceOrderCustomer(
    string? Id = null, string? Name = null, string? Email = null, string? Phone = null, string? Locale = null);

/// <summary>One line of an order to be placed.</summary>
public sealed record PlaceOrderItem(string? Sku = null, string? Name = null, int? Quantity = null, long? UnitPrice = null);

/// <summary>A postal address, also the body of <c>PUT /orders/{id}/shipping-address</c>.</summary>
public sealed record AddressBody(
    string? Name = null,
    string? Line1 = null,
    string? Line2 = null,
    string? City = null,
    string? Region = null,
    string? PostalCode = null,
    string? Country = null,
    string? Phone = null);

/// <summary>The body of <c>PUT /orders/{id}/payment</c>: a provider's token, never a card number.</summary>
public sealed record UpdatePayment(string? MethodToken = null);

/// <summary>The body of <c>POST /orders/{id}/cancel</c>, which may also be empty.</summary>
public sealed record CancelOrder(string? Reason = null);

/// <summary>The body of <c>POST /shipments/{orderId}/shipped</c>.</summary>
public sealed record ShipOrder(string? Carrier = null, string? Service = null, IReadOnlyList<PackageBody?>? Packages = null);

/// <summary>A parcel in <see cref="ShipOrder"/>.</summary>
public sealed record PackageBody(string? TrackingNumber = null, string? TrackingUrl = null);

/// <summary>The body of <c>POST /admin/reviews/{orderId}/accept</c> and <c>/decline</c>, which may also be empty.</summary>
public sealed record DecideReview(string? Note = null);

/// <summary>The body of <c>POST /admin/orders/{id}/refunds</c>. Without <see cref="Amount"/> (in minor units), all that is left.</summary>
public sealed record RefundOrder(long? Amount = null, string? Reason = null);

/// <summary>The body of <c>POST /admin/orders/{id}/notes</c>.</summary>
public sealed record AddNote(string? Text = null);

/// <summary>
/// The body of <c>POST /orders/{id}/events</c>, by which services write what they did. The id is deterministic, so that the same
/// write twice is once. <see cref="Type"/> is the event's name, with or without its version (<c>shipped</c>, <c>shipped/v1</c>).
/// </summary>
public sealed record AppendEvent(
    Guid EventId,
    string Type,
    JsonElement Data,
    DateTimeOffset OccurredAt,
    Guid CausationId,
    Guid CorrelationId,
    long? ExpectedRevision = null);

/// <summary>
/// The answer to <see cref="AppendEvent"/>: where the event stands, and the order as it is now, so that the writer learns
/// "captured, but cancelled meanwhile" without a second read.
/// </summary>
public sealed record EventAppended(Guid EventId, long Revision, OrderView Order);

/// <summary>A page of the log, in order. <see cref="Next"/> is what to pass as <c>from</c> for the next page.</summary>
public sealed record EventPage(IReadOnlyList<EventEnvelope> Events, long Next);

/// <summary>The stream of one order.</summary>
public sealed record OrderHistory(Guid OrderId, IReadOnlyList<EventEnvelope> Events);
