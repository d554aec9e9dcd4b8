namespace Akka.Registry.Fuzz;

/// <summary>Inputs that stay: what once went wrong, a file each, in a folder of its decoder.</summary>
internal static class Corpus
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "corpus");

    /// <summary>The decoders that have a folder.</summary>
    public static IEnumerable<string> Names => Directory.Exists(Folder)
        ? Directory.GetDirectories(Folder).Select(Path.GetFileName).OfType<string>() : [];

    /// <summary>The files of a decoder, by name.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Of(string target)
    {
        var folder = Path.Combine(Folder, target);
        if (!Directory.Exists(folder))
            yield break;
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            yield return (Path.GetFileName(file), File.ReadAllBytes(file));
    }
}
