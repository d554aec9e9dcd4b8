namespace Akka.Registry.Cli.Http;

/// <summary>Where a member's HTTP door is, for who is not on its machine.</summary>
internal static class MemberDoor
{
    /// <summary>The door; null when the member tells of none.</summary>
    /// <remarks>
    /// A node that listens on every interface tells its peers just that: <c>http://0.0.0.0:8500</c>. The host that its peers reach it by is
    /// then the best guess.
    /// </remarks>
    public static Uri? Of(ClusterMember member)
    {
        var colon = member.Address.LastIndexOf(':');
        var url = member.HttpUrl
            .Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var door) || door.Scheme is not ("http" or "https"))
            return null;
        return door.Host is "0.0.0.0" or "[::]" && colon > 0
            ? new UriBuilder(door) { Host = member.Address[..colon] }.Uri
            : door;
    }
}
