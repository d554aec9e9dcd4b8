namespace Akka.Registry.Clients.Harness;

/// <summary>Where the clients are.</summary>
internal static class Programs
{
    /// <summary>The scripts of npm's clients, with the modules beside them.</summary>
    public static string NpmFolder => Path.Combine(SourceRoot.Path, "tests", "Clients");

    /// <summary>The full path of a program that may stand where only root looks.</summary>
    public static string Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, name)).First(File.Exists);

    /// <summary>A client of npm's as a process.</summary>
    public static ClientProcess StartNpm(string script, params string[] arguments) =>
        ClientProcess.Start("node", [Path.Combine(NpmFolder, script), .. arguments]);
}
