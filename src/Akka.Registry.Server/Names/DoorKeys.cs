namespace Akka.Registry.Server.Names;

/// <summary>Pairs of an entry's metadata that are a door's own: what its protocol has and an entry does not.</summary>
internal static class DoorKeys
{
    private static readonly string[] Prefixes = ["eureka.", "consul."];

    /// <summary>Whether a pair is a door's own, and no metadata to anybody who asks another door.</summary>
    public static bool IsReserved(string key)
    {
        foreach (var prefix in Prefixes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
