using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        // Before the framework's own writer, which refuses when Accept names no JSON: the first that can write does.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, Writer>());
        services.AddExceptionHandler<ProblemHandler>();
        return services;
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

    /// <summary>Answers with the refusal's document.</summary>
    public static ValueTask Write(HttpContext context, ProblemException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        ProblemDetails document = refusal.Errors is { } errors
            ? new HttpValidationProblemDetails(errors.ToDictionary())
            : new ProblemDetails();
        document.Status = refusal.Status;
        document.Title = refusal.Message;
        document.Detail = refusal.Detail;
        document.Extensions["code"] = refusal.Code;
        foreach (var (name, value) in refusal.Extensions ?? new Dictionary<string, object?>()) document.Extensions[name] = value;
        return context.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = document });
    }

    /// <summary>
    /// Writes the document whatever <c>Accept</c> says: a caller that asked for an event stream learns why there is none, and a
    /// refusal never turns into a 500 because nobody could word it.
    /// </summary>
    private sealed class Writer(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            var problem = context.ProblemDetails;
            options.Value.CustomizeProblemDetails?.Invoke(context);
            problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status!.Value);
            return new(context.HttpContext.Response.WriteAsJsonAsync(problem, problem.GetType(), options: null, "application/problem+json"));
        }
    }

    private sealed class ProblemHandler : IExceptionHandler
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
            if (refusal is null) return false;
            await Write(context, refusal);
            return true;
        }

        private static string Title(int status) => status switch
        {
            StatusCodes.Status413PayloadTooLarge => "The body is too large.",
            StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
            _ => "The request cannot be read.",
        };
    }
}
