using System.CommandLine;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg leave</c>.</summary>
internal sealed class LeaveCommand : RegistryCommand
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private readonly Argument<string> _name;
    private readonly Option<bool> _yes;
    private readonly Option<bool> _noWait;
    private readonly Option<TimeSpan?> _patience;

    public LeaveCommand(CliSurroundings surroundings)
        : base(
            "leave", "Makes a node leave",
            "It hands its leases over, says that it left, and its process ends. Waits until the others have seen it go.", surroundings)
    {
        _name = new Argument<string>("NODE") { Description = "The member's name" };
        Arguments.Add(_name);
        _yes = AddFlag("--yes", "Do not ask");
        _noWait = AddFlag("--no-wait", "Do not wait until it is gone");
        _patience = AddDuration("--patience", "How long to wait until it is gone [30s]");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg leave node-3", "asks first"),
        ("akreg --url http://10.0.0.1:8500 leave node-3 --yes", "for a script; 10.0.0.1 need not be node-3"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var name = run.Get(_name);
        var answer = await run.Api.ClusterAsync(cancellation);
        var member = answer.Value.Members.FirstOrDefault(each => each.Name == name && each.IsCurrent)
            ?? throw new CliFailure(ExitCode.NotFound, $"No member is called '{name}'.", "akreg nodes lists them.");
        Confirm(run, member, answer.Value);
        await run.Api.LeaveAsync(DoorOf(run, member, answer.Value), cancellation);
        if (run.Get(_noWait))
            return Tell(run, member, "leaving", ExitCode.Done);
        var gone = await run.Printer.WhileAsync(
            $"{name} hands over and leaves", () => HasGoneAsync(run, member, run.Get(_patience) ?? TimeSpan.FromSeconds(30), cancellation));
        return gone ? Tell(run, member, "left", ExitCode.Done) : Tell(run, member, "leaving", ExitCode.Unconfirmed);
    }

    private void Confirm(CommandRun run, ClusterMember member, ClusterPicture cluster)
    {
        if (run.Get(_yes))
            return;
        var others = cluster.Members.Count(each => each.IsCurrent) - 1;
        if (run.Surroundings.Confirm is not { } ask)
            throw new CliFailure(ExitCode.Usage, $"Nobody is here to confirm that {member.Name} shall leave.", "Add --yes.");
        var what = others == 0 ? "It is the only member: everything that is registered ends with it." : $"{others} others stay.";
        if (!ask($"Make {member.Name} ({member.Address}) leave? {what}"))
            throw new CliFailure(ExitCode.Interrupted, "Nothing was done.");
    }

    /// <summary>Where the member's own door is: as it tells its peers, or, if that is no address to call, on the host that its peers use.</summary>
    private static Uri DoorOf(CommandRun run, ClusterMember member, ClusterPicture cluster)
    {
        if (member.IsSelf && cluster.Members.Count(each => each.IsCurrent) == 1)
            return run.Api.Doors.Current;
        return MemberDoor.Of(member)
            ?? throw new CliFailure(
                ExitCode.Unreachable, $"{member.Name} does not tell where its HTTP door is ('{member.HttpUrl}').",
                "Stop its process instead: a node leaves when it is asked to end (SIGTERM).");
    }

    private static async Task<bool> HasGoneAsync(CommandRun run, ClusterMember member, TimeSpan patience, CancellationToken cancellation)
    {
        var time = run.Surroundings.Time;
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < patience)
        {
            try
            {
                var seen = (await run.Api.ClusterAsync(cancellation)).Value;
                if (seen.SelfUid != member.Uid && seen.Members.All(each => each.Uid != member.Uid || each.State == "left"))
                    return true;
            }
            catch (CliFailure failure) when (failure.Code == ExitCode.Unreachable)
            {
                // Only the node that has left was asked: that nobody listens there any more is all that can be seen.
                return true;
            }

            await Task.Delay(LookInterval, time, cancellation);
        }

        return false;
    }

    private static int Tell(CommandRun run, ClusterMember member, string state, ExitCode code)
    {
        if (run.Printer.IsJson)
        {
            run.Printer.Document(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", member.Name);
                json.WriteString("uid", member.Uid);
                json.WriteString("state", state);
                json.WriteEndObject();
            });
        }
        else
        {
            run.Printer.Say(state == "left" ? $"{member.Name} has left." : $"{member.Name} is leaving.");
        }

        return (int)code;
    }
}
