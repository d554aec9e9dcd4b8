namespace Akka.Registry.Actors;

/// <summary>A place in the tree of actors: <c>/</c>, <c>/user/registry</c>, <c>/system/cluster</c>.</summary>
public sealed record ActorPath
{
    private ActorPath(string text) => Text = text;

    /// <summary>The root of every system.</summary>
    public static ActorPath Root { get; } = new("/");

    /// <summary>The whole path, beginning with a slash.</summary>
    public string Text { get; }

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>The path of a child.</summary>
    /// <param name="name">1 to 128 letters, digits or <c>-_.$+:@</c>; no slash.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public ActorPath Child(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 128)
        {
            throw new ArgumentException(
                $"An actor's name has at most 128 characters; this one has {name.Length}.", nameof(name));
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"-_.$+:@".Contains(c, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"'{c}' may not stand in an actor's name ('{name}'); letters, digits and -_.$+:@ may.", nameof(name));
            }
        }

        return new ActorPath(Text == "/" ? "/" + name : Text + "/" + name);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
