using System.CommandLine;
using System.Text.Json;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Watching;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg watch</c>.</summary>
internal sealed class WatchCommand : RegistryCommand
{
    private static readonly TimeSpan DrawInterval = TimeSpan.FromMilliseconds(100);
    private readonly Argument<string?> _service;

    public WatchCommand(CliSurroundings surroundings)
        : base(
            "watch", "Shows instances as they come, change and go, until Ctrl-C",
            "A live table on a terminal, a line a change in a pipe, a document a line with -o json. When a node fails the watch goes on at\n"
            + "another one without a gap.", surroundings)
    {
        _service = AddService("Only this service [all]")!;
        _service.Arity = ArgumentArity.ZeroOrOne;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg watch", "everything"),
        ("akreg watch orders | grep --line-buffered critical", "one service's trouble, as lines"),
        ("akreg --url http://10.0.0.1:8500,http://10.0.0.2:8500 watch -o json", "with fail-over, for a program"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        // To be stopped is how a watch ends.
        using var stop = new CancellationTokenSource();
        using var signals = run.Surroundings.Signals.TakeOver(_ => stop.Cancel());
        var feed = new WatchFeed(run.Api.Doors, run.Parsed.GetValue(_service), run.Surroundings.Time, run.Printer.Note);
        try
        {
            if (run.Printer.IsDrawn)
                await DrawAsync(run, feed, stop);
            else
                await feed.RunAsync(run.Printer.IsJson ? one => WriteJson(run, one) : WriteLines(run), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C.
        }

        return (int)ExitCode.Done;
    }

    private static void WriteJson(CommandRun run, WatchEvent one) => run.Printer.Line(json =>
    {
        json.WriteStartObject();
        json.WriteString("cursor", one.Cursor);
        foreach (var property in one.Data.EnumerateObject())
            property.WriteTo(json);
        json.WriteEndObject();
    });

    private static Action<WatchEvent> WriteLines(CommandRun run)
    {
        var view = new WatchView();
        return one =>
        {
            foreach (var line in view.Apply(BatchOf(one)))
                run.Printer.Say(line.TextAt(run.Surroundings.Time.GetUtcNow()));
        };
    }

    private static async Task DrawAsync(CommandRun run, WatchFeed feed, CancellationTokenSource stop)
    {
        var view = new WatchView();
        var gate = new Lock();
        var changed = new HashSet<(string, string)>();
        using var news = new SemaphoreSlim(0);
        var none = new HashSet<(string, string)>();
        await run.Printer.Live(view.Table(1, none)).StartAsync(async live =>
        {
            var feeding = feed.RunAsync(
                one =>
                {
                    lock (gate)
                        changed.UnionWith(view.Apply(BatchOf(one)).Select(line => (line.Service, line.Id)));
                    news.Release();
                },
                stop.Token);
            while (!feeding.IsCompleted)
            {
                await Task.WhenAny(feeding, news.WaitAsync(stop.Token));
                while (news.CurrentCount > 0)
                    await news.WaitAsync(stop.Token);
                lock (gate)
                {
                    // Headings, a line for what is left out, and the prompt below.
                    live.UpdateTarget(view.Table(Math.Max(1, run.Surroundings.Screen.Profile.Height - 6), changed).Drawn());
                    changed.Clear();
                }

                await Task.Delay(DrawInterval, run.Surroundings.Time, stop.Token);
            }

            await feeding;
        });
    }

    private static ChangeBatch BatchOf(WatchEvent one) => one.Data.Deserialize(ApiJson.Default.ChangeBatch) ?? new ChangeBatch();
}
