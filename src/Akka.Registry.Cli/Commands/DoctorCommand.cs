using System.CommandLine;
using System.Text.Json;
using Akka.Registry.Cli.Doctor;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg doctor</c>.</summary>
internal sealed class DoctorCommand : RegistryCommand
{
    private readonly Option<bool> _strict;
    private readonly Option<TimeSpan?> _patience;

    public DoctorCommand(CliSurroundings surroundings)
        : base(
            "doctor", "Examines the cluster, and says what to do",
            "Doors, readiness, members, whether the nodes see and hold the same, clocks, versions, ports, services. Ends with 8 when a human\n"
            + "must act, with 3 when no node answers.", surroundings)
    {
        _strict = AddFlag("--strict", "End with 8 for what is doubtful, too");
        _patience = AddDuration("--patience", "How long to wait until all nodes are seen to hold the same [5s]");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg doctor", "the node on this machine, and every member that it tells of"),
        ("akreg --url http://10.0.0.1:8500,http://10.0.0.2:8500 doctor --strict", "before and after each step of an upgrade"),
        ("akreg doctor -o json | jq '.findings[] | select(.severity != \"good\")'", "for a program"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var examiner = new Examiner(run.Api.Doors, run.Surroundings.Time, run.Get(_patience) ?? TimeSpan.FromSeconds(5));
        var seen = await run.Printer.WhileAsync("Examining", () => examiner.LookAsync(cancellation));
        var findings = Diagnosis.Of(seen);
        var worst = findings.Max(finding => finding.Severity);
        var isHealthy = worst < (run.Get(_strict) ? Severity.Doubtful : Severity.Bad);
        if (run.Printer.IsJson)
            run.Printer.Document(json => Write(json, findings, isHealthy));
        else
            Tell(run.Printer, findings);
        if (seen.Nodes.All(node => node.Last is null))
            return (int)ExitCode.Unreachable;
        return (int)(isHealthy ? ExitCode.Done : ExitCode.Unhealthy);
    }

    private static void Tell(Printer printer, IReadOnlyList<Finding> findings)
    {
        var table = new TextTable("", "CHECK", "WHO", "FOUND");
        foreach (var finding in findings)
            table.Add(Mark(finding.Severity), finding.Check, finding.Subject, finding.Detail);
        printer.Table(table);
        var remedies = findings.Where(finding => finding.Remedy is not null).ToList();
        if (remedies.Count == 0)
            return;
        printer.Say("");
        printer.Say("What to do:");
        foreach (var remedy in remedies.GroupBy(finding => finding.Remedy))
            printer.Say($"  {string.Join(", ", remedy.Select(finding => finding.Subject).Distinct())}: {remedy.Key}");
    }

    private static Cell Mark(Severity severity) => severity switch
    {
        Severity.Good => new Cell("ok", "green"),
        Severity.Doubtful => new Cell("??", "yellow"),
        _ => new Cell("!!", "red"),
    };

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Finding> findings, bool isHealthy)
    {
        json.WriteStartObject();
        json.WriteBoolean("healthy", isHealthy);
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("check", finding.Check);
            json.WriteString("severity", finding.Severity switch
            {
                Severity.Good => "good",
                Severity.Doubtful => "doubtful",
                _ => "bad",
            });
            json.WriteString("subject", finding.Subject);
            json.WriteString("detail", finding.Detail);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
