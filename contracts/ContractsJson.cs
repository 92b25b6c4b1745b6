using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>
/// How everything that crosses a process boundary is written: camelCase, enumerations in kebab-case, absent instead of null. A
/// body that lacks a required member, or holds null where none may be, is refused when it is read.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(PaymentUpdated))]
[JsonSerializable(typeof(ShippingAddressUpdated))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(PaymentAuthInProgress))]
[JsonSerializable(typeof(PaymentAuthPendingReview))]
[JsonSerializable(typeof(PaymentReviewAccepted))]
[JsonSerializable(typeof(PaymentReviewDeclined))]
[JsonSerializable(typeof(PaymentCaptured))]
[JsonSerializable(typeof(PaymentAuthFailed))]
[JsonSerializable(typeof(PaymentAuthVoided))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(PaymentRefundInProgress))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(PaymentRefundFailed))]
[JsonSerializable(typeof(NoteAdded))]
[JsonSerializable(typeof(ShippingPreparationInProgress))]
[JsonSerializable(typeof(ShippingPrepared))]
[JsonSerializable(typeof(Shipped))]
[JsonSerializable(typeof(EventMetadata))]
[JsonSerializable(typeof(EventEnvelope))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(OrderHistory))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(Timeline))]
[JsonSerializable(typeof(PlaceOrder))]
[JsonSerializable(typeof(UpdatePayment))]
[JsonSerializable(typeof(AddressBody))]
[JsonSerializable(typeof(CancelOrder))]
[JsonSerializable(typeof(ShipOrder))]
[JsonSerializable(typeof(DecideReview))]
[JsonSerializable(typeof(RefundOrder))]
[JsonSerializable(typeof(AddNote))]
[JsonSerializable(typeof(AppendEvent))]
[JsonSerializable(typeof(EventAppended))]
[JsonSerializable(typeof(IReadOnlyList<OrderAction>))]
[JsonSerializable(typeof(Messages.OrderCreated), TypeInfoPropertyName = "OrderCreatedMessage")]
[JsonSerializable(typeof(Messages.OrderCancelled), TypeInfoPropertyName = "OrderCancelledMessage")]
[JsonSerializable(typeof(Messages.RefundRequested), TypeInfoPropertyName = "RefundRequestedMessage")]
[JsonSerializable(typeof(Messages.PaymentUpdated), TypeInfoPropertyName = "PaymentUpdatedMessage")]
[JsonSerializable(typeof(Messages.PaymentAuthPendingReview), TypeInfoPropertyName = "PaymentAuthPendingReviewMessage")]
[JsonSerializable(typeof(Messages.PaymentReviewAccepted), TypeInfoPropertyName = "PaymentReviewAcceptedMessage")]
[JsonSerializable(typeof(Messages.PaymentReviewDeclined), TypeInfoPropertyName = "PaymentReviewDeclinedMessage")]
[JsonSerializable(typeof(Messages.PaymentCaptured), TypeInfoPropertyName = "PaymentCapturedMessage")]
[JsonSerializable(typeof(Messages.PaymentAuthFailed), TypeInfoPropertyName = "PaymentAuthFailedMessage")]
[JsonSerializable(typeof(Messages.PaymentRefundFailed), TypeInfoPropertyName = "PaymentRefundFailedMessage")]
[JsonSerializable(typeof(Messages.Shipped), TypeInfoPropertyName = "ShippedMessage")]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(DeadLetterDetails))]
[JsonSerializable(typeof(DeadLetterOverview))]
[JsonSerializable(typeof(Replayed))]
[JsonSerializable(typeof(StuckOrders))]
[JsonSerializable(typeof(Nudged))]
[JsonSerializable(typeof(ProjectionList))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(CustomerOrdersPage))]
[JsonSerializable(typeof(JournalPage))]
[JsonSerializable(typeof(JournalVerification))]
[JsonSerializable(typeof(StatisticsView))]
[JsonSerializable(typeof(ApprovalPage))]
[JsonSerializable(typeof(Acknowledgement))]
[JsonSerializable(typeof(DeliveryPage))]
[JsonSerializable(typeof(DeliveryDetails))]
[JsonSerializable(typeof(OrderDifference))]
[JsonSerializable(typeof(CommandPage))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(PaymentReviews))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ContractsJson : JsonSerializerContext;

/// <summary>Writes an enumeration as <c>kebab-case</c>, and reads nothing else: numbers are refused.</summary>
public sealed class Kebab<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
