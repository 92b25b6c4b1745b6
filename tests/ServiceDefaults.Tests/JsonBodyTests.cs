using System.Text;
using Microsoft.AspNetCore.Http;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Tests;

public sealed class JsonBodyTests
{
    [Test]
    public async Task A_json_object_is_read() =>
        Assert.That((await Read("""{"methodToken":"pm_card_visa","added":1}"""))!.MethodToken, Is.EqualTo("pm_card_visa"));

    [Test]
    public async Task No_body_is_null_where_one_may_be_missing() => Assert.That(await Read(""), Is.Null);

    [TestCase("", "application/json", 400, "malformed-json")]
    [TestCase("null", "application/json", 400, "malformed-json")]
    [TestCase("{", "application/json", 400, "malformed-json")]
    [TestCase("""{"methodToken":"a"}trailing""", "application/json", 400, "malformed-json")]
    [TestCase("""{"methodToken":"\ud800"}""", "application/json", 400, "malformed-json", Description = "Half a character.")]
    [TestCase("""{"\udc00":1}""", "application/json", 400, "malformed-json", Description = "Half a character.")]
    [TestCase("""{"methodToken":"a"}""", "text/plain", 415, "unsupported-media-type")]
    [TestCase("""{"methodToken":7}""", "application/json", 400, "validation-failed")]
    [TestCase("""{"card":"4242424242424242"}""", "application/json", 400, "raw-card-data-rejected")]
    public void A_body_that_cannot_be_read_is_refused_with_what_is_wrong(string body, string contentType, int status, string code)
    {
        var problem = Assert.ThrowsAsync<ProblemException>(() => JsonBody.Read(Request(body, contentType), ContractsJson.Default.UpdatePayment, CancellationToken.None));
        Assert.That((problem!.Status, problem.Code), Is.EqualTo((status, code)));
    }

    [Test]
    public void A_member_of_the_wrong_type_is_named()
    {
        var problem = Assert.ThrowsAsync<ProblemException>(() => Read("""{"methodToken":7}"""));
        Assert.That(problem!.Errors!.Keys, Is.EqualTo(new[] { "methodToken" }));
    }

    private static Task<UpdatePayment?> Read(string body) =>
        JsonBody.ReadOptional(Request(body, "application/json"), ContractsJson.Default.UpdatePayment, CancellationToken.None);

    private static HttpRequest Request(string body, string contentType) =>
        new DefaultHttpContext { Request = { Body = new MemoryStream(Encoding.UTF8.GetBytes(body)), ContentType = contentType } }.Request;
}
