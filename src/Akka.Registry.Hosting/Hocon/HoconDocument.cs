namespace Akka.Registry.Hosting.Hocon;

/// <summary>Reads HOCON: text in, tree without substitutions out.</summary>
internal static class HoconDocument
{
    /// <summary>Reads a text.</summary>
    /// <param name="text">HOCON.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="directory">Where relative includes are looked for; null: they are an error.</param>
    /// <param name="environment">Answers for substitutions; by default the process' environment variables.</param>
    /// <exception cref="HoconException">The only one.</exception>
    public static HoconValue.Object Parse(
        string text, string name = "text", string? directory = null, Func<string, string?>? environment = null) =>
        Resolve(new HoconReading().ParseText(text, name, directory), environment);

    /// <summary>Reads a file.</summary>
    /// <returns>Its tree; null when there is no such file.</returns>
    /// <exception cref="HoconException">The only one.</exception>
    public static HoconValue.Object? Load(string path, Func<string, string?>? environment = null) =>
        new HoconReading().ParseFile(path, new HoconOrigin(path, 0, 0), [], depth: 0) is { } root
            ? Resolve(root, environment)
            : null;

    private static HoconValue.Object Resolve(HoconNode root, Func<string, string?>? environment) =>
        root is HoconNode.Object fields
            ? new HoconResolver(fields, environment ?? Environment.GetEnvironmentVariable).Resolve()
            : throw new HoconException(
                root.Origin, "The document is a list; expected an object, that is keys with values.", "Name the list.");
}
