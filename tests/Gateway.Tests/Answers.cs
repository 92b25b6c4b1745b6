using System.Net;
using System.Text.Json;

namespace Shop.Gateway.Tests;

/// <summary>What tests say about an answer.</summary>
public static class Answers
{
    /// <summary>Asserts that the answer is a problem document, whole and with this code; returns it.</summary>
    public static async Task<JsonElement> Problem(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(status), text);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
        var problem = JsonDocument.Parse(text).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
            Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo((int)status));
            Assert.That(problem.GetProperty("type").GetString(), Is.EqualTo($"urn:shop:problem:{code}"));
            Assert.That(problem.GetProperty("title").GetString(), Is.Not.Empty);
            Assert.That(problem.GetProperty("traceId").GetString(), Has.Length.EqualTo(32));
        }

        return problem;
    }

    /// <summary>The status of an answer as it came over the wire.</summary>
    public static int Status(string answer) => int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3));
}
