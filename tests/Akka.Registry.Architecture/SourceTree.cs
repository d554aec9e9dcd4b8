namespace Akka.Registry.Architecture;

/// <summary>The tree that these tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Files below the folders, generated ones left out, as paths relative to the root with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        from folder in folders
        let full = Path.Combine(Root, folder)
        where Directory.Exists(full)
        from file in Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !relative.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules" or "TestResults")
        orderby relative
        select relative;

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    public static string[] Lines(string relative) => File.ReadAllLines(Path.Combine(Root, relative));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Akka.Registry.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No Akka.Registry.sln above the test's folder.");
    }
}
