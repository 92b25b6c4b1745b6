using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;

namespace Shop.Sandbox.Http;

/// <summary>
/// What a POST wants done, once its parameters are known to be sound: one transaction, and what is to go wrong around it.
/// </summary>
public sealed record Operation(Func<Books, Answer> Work, Fault Fault = Fault.None);
