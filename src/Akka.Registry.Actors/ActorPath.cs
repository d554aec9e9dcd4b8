namespace Akka.Registry.Actors;

/// <summary>A place in the tree of actors: <c>/</c>, <c>/user/registry</c>, <c>/system/cluster</c>.</summary>
public sealed record ActorPath
{
    private const int NameLengthMax = 128;
    private const int TextLengthMax = 1_024;

    private ActorPath(string text) => Text = text;

    /// <summary>The root of every system.</summary>
    public static ActorPath Root { get; } = new("/");

    /// <summary>The whole path, beginning with a slash.</summary>
    public string Text { get; }

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>Reads a path, as <see cref="Text"/> writes it.</summary>
    /// <returns>False when the text is none, or is longer than 1,024 characters.</returns>
    public static bool TryParse(string text, out ActorPath path)
    {
        path = Root;
        if (text is not ['/', ..] || text.Length > TextLengthMax)
            return false;
        if (text.Length == 1)
            return true;
        foreach (var name in text.AsSpan(1).Split('/'))
        {
            if (!IsName(text.AsSpan(1)[name]))
                return false;
        }

        path = new ActorPath(text);
        return true;
    }

    /// <summary>The path of a child.</summary>
    /// <param name="name">1 to 128 letters, digits or <c>-_.$+:@</c>; no slash.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public ActorPath Child(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > NameLengthMax)
        {
            throw new ArgumentException(
                $"An actor's name has at most {NameLengthMax} characters; this one has {name.Length}.", nameof(name));
        }

        foreach (var c in name)
        {
            if (!MayStandInNames(c))
            {
                throw new ArgumentException(
                    $"'{c}' may not stand in an actor's name ('{name}'); letters, digits and -_.$+:@ may.", nameof(name));
            }
        }

        return new ActorPath(Text == "/" ? "/" + name : Text + "/" + name);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool MayStandInNames(char c) => char.IsAsciiLetterOrDigit(c) || "-_.$+:@".Contains(c, StringComparison.Ordinal);

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > NameLengthMax)
            return false;
        foreach (var c in name)
        {
            if (!MayStandInNames(c))
                return false;
        }

        return true;
    }
}
