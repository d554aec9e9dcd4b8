using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Akka.Registry.Benchmarks.Micro;

/// <summary>The micro benchmarks: single operations in this process, by time and by bytes allocated.</summary>
internal static class MicroRun
{
    /// <summary>Runs those whose name holds the filter.</summary>
    /// <returns>How many there were.</returns>
    public static int Run(string filter)
    {
        // In this process: a project that is made on the fly would be built under this repository's rules.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.Console)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "akreg-micro"));
        return BenchmarkSwitcher.FromAssembly(typeof(MicroRun).Assembly).Run(["--filter", $"*{filter}*"], config).Count();
    }
}
