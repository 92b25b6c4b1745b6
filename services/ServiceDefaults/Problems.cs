using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults;

/// <summary>Makes every error an <c>application/problem+json</c> with <c>code</c> and <c>traceId</c>.</summary>
public static class Problems
{
    /// <summary>Adds the documents and the handler that turns exceptions into them.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            problem.Status ??= context.HttpContext.Response.StatusCode;
            problem.Extensions.TryAdd("code", CodeOf(problem.Status.Value));
            problem.Type = $"urn:shop:problem:{problem.Extensions["code"]}";
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        });
        services.AddExceptionHandler<ProblemHandler>();
        return services;
    }

    /// <summary>Answers a request with a problem document.</summary>
    public static ValueTask<bool> TryWrite(this IProblemDetailsService problems, HttpContext context, ProblemException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        ProblemDetails document = refusal.Errors is { } errors ? new HttpValidationProblemDetails(errors.ToDictionary()) : new ProblemDetails();
        document.Status = refusal.Status;
        document.Title = refusal.Message;
        document.Detail = refusal.Detail;
        document.Extensions["code"] = refusal.Code;
        foreach (var (name, value) in refusal.Extensions ?? new Dictionary<string, object?>()) document.Extensions[name] = value;
        return problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = document });
    }

    /// <summary>The stable code of an error that has no better one.</summary>
    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad-request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status408RequestTimeout => "request-timeout",
        StatusCodes.Status412PreconditionFailed => "precondition-failed",
        StatusCodes.Status413PayloadTooLarge => "payload-too-large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        StatusCodes.Status429TooManyRequests => "too-many-requests",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "headers-too-large",
        StatusCodes.Status503ServiceUnavailable => "temporarily-unavailable",
        >= 500 => "internal-error",
        _ => "error",
    };

    private sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
        {
            var refusal = exception switch
            {
                ProblemException known => known,
                BadHttpRequestException bad => new ProblemException(bad.StatusCode, CodeOf(bad.StatusCode), Title(bad.StatusCode)),
                OperationCanceledException when context.RequestAborted.IsCancellationRequested =>
                    new ProblemException(StatusCodes.Status499ClientClosedRequest, "client-closed-request", "The caller went away."),
                _ => null,
            };
            return refusal is not null && await problems.TryWrite(context, refusal);
        }

        private static string Title(int status) => status switch
        {
            StatusCodes.Status413PayloadTooLarge => "The body is too large.",
            StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
            _ => "The request cannot be read.",
        };
    }
}
