namespace Akka.Registry.Client.Routing;

/// <summary>What a call to an instance came to, as far as it says something of the instance.</summary>
public enum CallOutcome
{
    /// <summary>The instance did its part. An answer that says "not found" is one too.</summary>
    Succeeded = 1,

    /// <summary>The instance failed: it broke off, took too long, or said that it cannot.</summary>
    Failed = 2,

    /// <summary>There was no connection: not a byte of the call was sent. Counts as failed, and goes to <see cref="IFailureReports"/>.</summary>
    ConnectFailed = 3,
}
