using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;

namespace Shop.Sandbox.Operations;

/// <summary>Closes reviews. Closing one moves no money: approving does not capture.</summary>
internal static class Reviews
{
    public static Answer Approve(Books books, string id, List<string> expand)
    {
        var review = books.FindReview(id) ?? throw StripeException.Missing("review", id, "review");
        if (review.ClosedReason is { } reason)
            throw StripeException.Invalid(null, $"Review {id} is already closed ({reason}).");
        review = review with { ClosedReason = "approved" };
        books.Save(review);
        if (books.FindIntent(review.PaymentIntent) is { } intent) books.Save(intent with { Review = null });
        return Answer.Ok(review.ToJson().Expand(expand, books));
    }

    /// <summary>Closes it if it is open.</summary>
    public static void Close(Books books, string id, string reason)
    {
        if (books.FindReview(id) is { ClosedReason: null } review) books.Save(review with { ClosedReason = reason });
    }
}
