using System.Diagnostics;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Notes each process that is started, so that tests/run.sh can end by id what a run that died has left.</summary>
internal static class RunLedger
{
    public static void Note(Process process)
    {
        if (Environment.GetEnvironmentVariable("AKREG_TEST_LEDGER") is not { Length: > 0 } ledger)
            return;
        // Field 22 of stat, counted behind the name in parentheses: when the process was started. Ids are reused, the pair is not.
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        var started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        File.AppendAllText(ledger, $"{process.Id} {started}\n");
    }
}
