namespace Shop.Gateway;

/// <summary>What every answer says to browsers and caches, unless the answer itself knows better.</summary>
internal static class ResponseHeaders
{
    public static Task Apply(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(static response =>
        {
            var headers = ((HttpResponse)response).Headers;
            headers.XContentTypeOptions = "nosniff";
            if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            // An order is somebody's name, address and money.
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    }
}
