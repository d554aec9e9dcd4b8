namespace Akka.Registry.Cluster.Seeds;

/// <summary>A name that stands for seeds.</summary>
/// <param name="Name">What to look up.</param>
/// <param name="Port">Where the nodes listen; null when SRV records say it.</param>
public sealed record SeedName(string Name, int? Port)
{
    private const int LengthMax = 253;

    /// <summary>Whether SRV records are meant.</summary>
    public bool IsService => Port is null;

    /// <summary>Reads <c>host:port</c> or <c>_service._tcp.domain</c>.</summary>
    /// <returns>False when the text is neither.</returns>
    public static bool TryParse(string text, out SeedName name)
    {
        name = null!;
        if (NodeAddress.TryParse(text, out var address))
        {
            name = new SeedName(address.Host, address.Port);
            return true;
        }

        var labels = text.TrimEnd('.').Split('.');
        var isService = text.Length <= LengthMax && labels.Length >= 3 && labels[0].Length > 1 && labels[0][0] == '_' && labels[1] == "_tcp"
            && Array.TrueForAll(labels, IsLabel);
        if (isService)
            name = new SeedName(string.Join('.', labels), null);
        return isService;
    }

    /// <inheritdoc/>
    public override string ToString() => Port is { } port ? $"{Name}:{port}" : Name;

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
