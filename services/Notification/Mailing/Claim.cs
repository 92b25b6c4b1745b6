namespace Shop.Notification.Mailing;

/// <summary>What came of asking to send a mail.</summary>
public enum Claim
{
    /// <summary>Nobody has sent it: send it.</summary>
    Granted,

    /// <summary>An earlier try was cut off, and may or may not have reached the server: send it, under the same Message-ID.</summary>
    GrantedAgain,

    /// <summary>It is being sent at this moment.</summary>
    InFlight,

    /// <summary>It was sent.</summary>
    AlreadySent,
}
