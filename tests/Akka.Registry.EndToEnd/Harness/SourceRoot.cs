namespace Akka.Registry.EndToEnd.Harness;

internal static class SourceRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Akka.Registry.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No Akka.Registry.sln above the test's folder.");
    }
}
