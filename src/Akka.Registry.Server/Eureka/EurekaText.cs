using System.Diagnostics;

namespace Akka.Registry.Server.Eureka;

/// <summary>Small texts of Eureka's.</summary>
internal static class EurekaText
{
    /// <summary>What happened to an instance, by its name.</summary>
    public static string Name(EurekaAction action) => action switch
    {
        EurekaAction.Added => "ADDED",
        EurekaAction.Modified => "MODIFIED",
        EurekaAction.Deleted => "DELETED",
        _ => throw new UnreachableException($"No name for {action}."),
    };

    /// <summary>How many instances have which status: <c>DOWN_2_UP_8_</c>. Clients count theirs and compare.</summary>
    /// <param name="counts">By status.</param>
    public static string HashCode(ReadOnlySpan<int> counts)
    {
        var text = "";
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
                text += $"{EurekaStatuses.Name((EurekaStatus)i)}_{counts[i]}_";
        }

        return text;
    }
}
