namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// How often a message was tried: <paramref name="Attempts"/> is every run that did not complete, <paramref name="Failures"/> those
/// of them that failed unexpectedly.
/// </summary>
public readonly record struct Tries(int Attempts, int Failures);
