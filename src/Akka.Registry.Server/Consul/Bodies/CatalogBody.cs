using Akka.Registry.Checks;

namespace Akka.Registry.Server.Consul.Bodies;

/// <summary>What <c>catalog/register</c> is told: a node, and perhaps a service on it, and checks.</summary>
internal sealed record CatalogBody
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>Where the node is.</summary>
    public required string Address { get; init; }

    /// <summary>The node's ID; empty for none.</summary>
    public string NodeId { get; init; } = "";

    /// <summary>The node's pairs.</summary>
    public Dictionary<string, string> NodeMeta { get; init; } = [];

    /// <summary>The node's addresses by purpose.</summary>
    public Dictionary<string, string> TaggedAddresses { get; init; } = [];

    /// <summary>Whether the node, where it is known, stays as it is.</summary>
    public bool SkipsNode { get; init; }

    /// <summary>The service; null for none.</summary>
    public ServiceBody? Service { get; init; }

    /// <summary>Checks.</summary>
    public IReadOnlyList<CatalogCheckBody> Checks { get; init; } = [];

    /// <summary>Reads a body.</summary>
    /// <exception cref="ConsulException">It cannot be.</exception>
    public static CatalogBody Read(LooseObject body)
    {
        if (body.TextOf("Node") is not { } node || body.TextOf("Address") is not { } address)
            throw ConsulException.Bad("Must provide node and address");
        var checks = body.Objects("Checks").ToList();
        if (body.Object("Check") is { } one)
            checks.Add(one);
        return new CatalogBody
        {
            Node = node,
            Address = address,
            NodeId = body.Text("ID") ?? "",
            NodeMeta = body.Pairs("NodeMeta"),
            TaggedAddresses = body.Pairs("TaggedAddresses"),
            SkipsNode = body.Flag("SkipNodeUpdate"),
            Service = body.Object("Service") is { } service ? ServiceBody.Read(service, "Service") with { Checks = [] } : null,
            Checks = [.. checks.Select(CatalogCheckBody.Read)],
        };
    }
}

/// <summary>A check as <c>catalog/register</c> is told of it: somebody else runs it, and says how it stands.</summary>
/// <param name="Definition">What it is.</param>
/// <param name="ServiceId">The ID of its service; empty for the node.</param>
/// <param name="Output">What it said.</param>
internal sealed record CatalogCheckBody(CheckDefinition.Manual Definition, string ServiceId, string Output)
{
    /// <summary>Reads a check.</summary>
    public static CatalogCheckBody Read(LooseObject check)
    {
        var name = check.TextOf("Name") ?? "";
        var id = check.TextOf("CheckID", "ID") ?? name;
        if (id.Length == 0)
            throw ConsulException.Bad("Must provide CheckID or Name of a check");
        var definition = new CheckDefinition.Manual
        {
            Id = id, Name = name, Notes = check.Text("Notes") ?? "", InitialStatus = CheckBody.Status(check),
        };
        return new CatalogCheckBody(definition, check.Text("ServiceID") ?? "", check.Text("Output") ?? "");
    }
}
