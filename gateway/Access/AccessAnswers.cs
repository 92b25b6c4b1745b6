using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// What a caller is told who may not: 401 without a good credential, 403 without the scope, and 404 for somebody else's order, in
/// the very words of an order that does not exist.
/// </summary>
internal sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    // With a token, every order but its own answers this, whether it exists or not: no service is asked.
    private static readonly ProblemException NoSuchOrder = ProblemException.NotFound("order-not-found", "There is no such order.");

    private static readonly ProblemException Unauthorized =
        new(StatusCodes.Status401Unauthorized, "unauthorized", "A key in X-Api-Key or an order token in Authorization is required.");

    private static readonly ProblemException Rejected =
        new(StatusCodes.Status401Unauthorized, "unauthorized", "The key or token is unknown or expired.");

    private static readonly ProblemException Forbidden =
        new(StatusCodes.Status403Forbidden, "forbidden", "This key or token does not allow that.");

    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        // No path of ours, or not with this method: routing has its 404 or 405 ready, for everybody.
        if (authorizeResult.Succeeded || context.GetEndpoint() is not RouteEndpoint)
        {
            await next(context);
        }
        else if (authorizeResult.Challenged)
        {
            var headers = context.Request.Headers;
            var shown = headers.ContainsKey(ServiceKey.Header) || headers.Authorization.Count > 0;
            context.Response.Headers.WWWAuthenticate = new(
                ["ApiKey realm=\"shop\"", shown ? "Bearer realm=\"shop\", error=\"invalid_token\"" : "Bearer realm=\"shop\""]);
            await Problems.Write(context, shown ? Rejected : Unauthorized);
        }
        else
        {
            var elsewhere = authorizeResult.AuthorizationFailure?.FailureReasons.Any(reason => reason.Handler is OrderAccess) ?? false;
            await Problems.Write(context, elsewhere ? NoSuchOrder : Forbidden);
        }
    }
}
