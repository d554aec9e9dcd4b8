using System.Net;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>One registry node as a real process.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly DotnetProcess _process;

    private NodeProcess(NodeSite site, string[] arguments)
    {
        Site = site;
        Api = new NodeApi(new Uri($"http://{site.HttpHost}:{site.HttpPort}"));
        _process = DotnetProcess.Start(site.Name, "src/Akka.Registry.Server", site.Namespace, arguments);
    }

    public NodeSite Site { get; }

    public string Name => Site.Name;

    public int HttpPort => Site.HttpPort;

    public int ClusterPort => Site.ClusterPort;

    public NodeApi Api { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Log => _process.Log;

    public static NodeProcess Start(NodeSite site, string seeds, params string[] more) => new(site, [.. site.Switches(seeds), .. more]);

    /// <summary>Kills as a power cut does.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks the process to end, and waits.</summary>
    public void Terminate() => _process.Terminate();

    public void Pause() => _process.Pause();

    public void Resume() => _process.Resume();

    /// <summary>Starts it again on the same ports with nothing kept.</summary>
    public void Restart() => _process.Restart();

    public Task ReadyAsync(TimeSpan limit) =>
        Wait.UntilAsync($"{Name} is ready", limit, async () =>
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"{Name} ended with code {_process.ExitCode}:\n{Log}");
            return await Api.StatusOfAsync("/readyz") == HttpStatusCode.OK;
        }, () => Log);

    public void Dispose()
    {
        _process.Dispose();
        Api.Dispose();
    }
}
