using System.ComponentModel.DataAnnotations;

namespace Akka.Registry;

/// <summary>Who this node is.</summary>
public sealed record NodeOptions
{
    /// <summary>
    /// The node's name, for people; 1 to 64 letters, digits or <c>._-</c>. By default <c>node</c>; give each node its
    /// own.
    /// </summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Name { get; init; } = "node";

    /// <summary>
    /// The zone that the node stands in; empty (the default) for none, at most 128 characters. Shown to members and
    /// clients.
    /// </summary>
    [MaxLength(128)]
    public string Zone { get; init; } = "";
}
