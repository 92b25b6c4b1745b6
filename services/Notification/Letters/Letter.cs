namespace Shop.Notification.Letters;

/// <summary>A letter as the customer reads it: the same content once as plain text and once as HTML.</summary>
public sealed record Letter(string Subject, string Text, string Html);
