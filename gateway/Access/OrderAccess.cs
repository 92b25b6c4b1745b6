using Microsoft.AspNetCore.Authorization;

namespace Shop.Gateway;

/// <summary>A customer's route: open to every storefront key, and to the token of the order that the path names.</summary>
internal sealed class OrderAccess : AuthorizationHandler<OrderAccess>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OrderAccess requirement)
    {
        if (context.User.Scope() == Scopes.Storefront)
        {
            context.Succeed(requirement);
        }
        else if (context.User.Order() is { } order)
        {
            var asked = (context.Resource as HttpContext)?.GetRouteValue("id") as string;
            if (Guid.TryParse(asked, out var id) && id == order) context.Succeed(requirement);
            else context.Fail(new AuthorizationFailureReason(this, "The token is another order's."));
        }

        return Task.CompletedTask;
    }
}
