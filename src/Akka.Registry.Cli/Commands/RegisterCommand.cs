using System.CommandLine;
using System.Runtime.InteropServices;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Leases;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg register</c>: registers an instance and keeps it, alone or for as long as a command runs.</summary>
internal sealed class RegisterCommand : RegistryCommand
{
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(5);
    private readonly string[] _child;
    private readonly Argument<string> _service;
    private readonly RegistrationOptions _registration;
    private readonly WriteQuery _write;
    private readonly Option<bool> _once;
    private readonly Option<bool> _optional;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<TimeSpan?> _drain;

    public RegisterCommand(CliSurroundings surroundings, string[] child)
        : base(
            "register", "Registers an instance and keeps it alive",
            "Until Ctrl-C, and then deregisters it. With a command behind -- for as long as that runs: signals are handed on to it, and its exit\n"
            + "code is the result. It finds its name in AKREG_SERVICE and AKREG_ID.", surroundings)
    {
        _child = child;
        _service = AddService();
        _registration = new RegistrationOptions(this);
        _write = new WriteQuery(this);
        _once = AddFlag("--once", "Register and end: something else beats (akreg heartbeat), or nothing does and the TTL ends it");
        _wait = AddDuration("--wait", "How long to try to register at first, while no node can answer [10s]");
        _optional = AddFlag("--optional", "Run the command even while the registry cannot be reached, and go on trying");
        _drain = AddDuration("--drain", "When asked to end: first drain, for so long at most, and only then hand the signal on");
        Validators.Add(result =>
        {
            if (result.GetResult(_once) is { Implicit: false } && child.Length > 0)
                result.AddError("--once ends at once: it does not go with a command behind --.");
            if (result.GetResult(_optional) is { Implicit: false } && child.Length == 0)
                result.AddError("--optional goes with a command behind --.");
        });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg register orders --id orders-1 --address 10.0.0.7 --port 8080 --tag v2 --meta region=eu", "until Ctrl-C"),
        ("akreg register orders --address 10.0.0.7 --port 8080 --drain 15s -- ./orders --port 8080", "for as long as ./orders runs"),
        ("akreg register backup --id nightly --address db-1 --ttl 26h --once", "once; akreg heartbeat backup nightly after each backup"),
        ("akreg register orders --status starting -- ./orders", "taken in when ./orders says: akreg status $AKREG_SERVICE $AKREG_ID passing"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var service = run.Get(_service);
        var query = _write.AddTo(new QueryText(), run).ToString();
        var instance = new KeptInstance(service, _registration.IdOf(run, service), _registration.BodyOf(run), query, _write.MoreOf(run));
        if (run.Get(_once))
            return await OnceAsync(run, instance, cancellation);

        var told = new LeaseNotes(run.Printer, instance, isBesideChild: _child.Length > 0);
        var keeper = new LeaseKeeper(run.Api, instance, run.Surroundings.Time, told.Tell);
        using var stop = new CancellationTokenSource();
        var keeping = keeper.RunAsync(stop.Token);
        try
        {
            return _child.Length == 0
                ? await KeepAsync(run, keeper, keeping, told)
                : await AccompanyAsync(run, instance, keeper, told);
        }
        finally
        {
            await stop.CancelAsync();
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await GoodbyeAsync(run, keeper, told);
        }
    }

    private static async Task<int> OnceAsync(CommandRun run, KeptInstance instance, CancellationToken cancellation)
    {
        var answer = await run.Api.RegisterAsync(
            instance.Service, instance.Id, instance.Body, instance.Query, instance.More, cancellation);
        if (run.Printer.IsJson)
            run.Printer.Document(answer.Document);
        else
            run.Printer.Say(LeaseNotes.TextOf(answer.Value));
        return (int)(answer.Value.ConsistencyReached ? ExitCode.Done : ExitCode.Unconfirmed);
    }

    /// <summary>Until a signal, or until the registry refuses.</summary>
    private async Task<int> KeepAsync(CommandRun run, LeaseKeeper keeper, Task keeping, LeaseNotes told)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = run.Surroundings.Signals.TakeOver(_ => asked.TrySetResult());
        if (!await IsRegisteredAsync(run, keeper, asked.Task))
            return (int)(keeper.Registered.IsCompletedSuccessfully ? ExitCode.Done : ExitCode.Interrupted);
        told.Begun(await keeper.Registered);
        await Task.WhenAny(asked.Task, keeping);
        if (!asked.Task.IsCompleted)
        {
            await keeping;
            return (int)ExitCode.Refused;
        }

        await DrainAsync(run, keeper, told);
        return (int)ExitCode.Done;
    }

    /// <summary>Until the command ends.</summary>
    private async Task<int> AccompanyAsync(CommandRun run, KeptInstance instance, LeaseKeeper keeper, LeaseNotes told)
    {
        var early = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ChildProcess? child = null;
        var draining = 0;
        // Until the command runs a signal ends the attempt; then the first one drains, and every further one is handed on at once.
        using var signals = run.Surroundings.Signals.TakeOver(signal =>
        {
            early.TrySetResult();
            if (child is not { } running)
                return;
            if (Interlocked.Exchange(ref draining, 1) == 0 && run.Get(_drain) is not null)
                _ = DrainThenForwardAsync(run, keeper, told, running, signal);
            else
                running.Forward(signal);
        });
        if (!run.Get(_optional) && !await IsRegisteredAsync(run, keeper, early.Task))
            return (int)ExitCode.Interrupted;
        var variables = new Dictionary<string, string> { ["AKREG_SERVICE"] = instance.Service, ["AKREG_ID"] = instance.Id };
        using (child = ChildProcess.Start(_child, variables))
        {
            if (early.Task.IsCompleted)
                child.Forward(PosixSignal.SIGTERM);
            return await child.ExitAsync();
        }
    }

    private async Task DrainThenForwardAsync(CommandRun run, LeaseKeeper keeper, LeaseNotes told, ChildProcess child, PosixSignal signal)
    {
        await DrainAsync(run, keeper, told);
        child.Forward(signal);
    }

    /// <summary>Waits for the first registration: as long as nodes might come, or until somebody asks to end.</summary>
    /// <returns>False when somebody asked to end.</returns>
    /// <exception cref="CliFailure">It is refused, or nobody answered in time.</exception>
    private async Task<bool> IsRegisteredAsync(CommandRun run, LeaseKeeper keeper, Task asked)
    {
        var patience = Task.Delay(run.Get(_wait) ?? TimeSpan.FromSeconds(10), run.Surroundings.Time);
        var first = await run.Printer.WhileAsync("Registering", async () => await Task.WhenAny(keeper.Registered, asked, patience));
        if (first == asked)
        {
            // A registration that is under way may count already: with its answer it can be taken back.
            if (keeper.LastFailure is null)
                await Task.WhenAny(keeper.Registered, Task.Delay(GoodbyePatience, run.Surroundings.Time));
            return false;
        }

        if (first == patience)
            throw keeper.LastFailure ?? new CliFailure(ExitCode.Unreachable, "No node has answered in time.");
        await keeper.Registered;
        return true;
    }

    private async Task DrainAsync(CommandRun run, LeaseKeeper keeper, LeaseNotes told)
    {
        if (run.Get(_drain) is not { } deadline)
            return;
        try
        {
            told.Drained(await keeper.DrainAsync(deadline, CancellationToken.None));
        }
        catch (CliFailure failure)
        {
            told.Failed("cannot be drained", failure);
        }
    }

    /// <summary>Says goodbye, but does not wait for long: the lease runs out by itself.</summary>
    private static async Task GoodbyeAsync(CommandRun run, LeaseKeeper keeper, LeaseNotes told)
    {
        if (!keeper.Registered.IsCompletedSuccessfully)
            return;
        using var patience = new CancellationTokenSource(GoodbyePatience, run.Surroundings.Time);
        try
        {
            await keeper.DeregisterAsync(patience.Token);
            told.Deregistered();
        }
        catch (CliFailure failure) when (failure.Code == ExitCode.NotFound || failure.Problem?.Name == "stale-epoch")
        {
            // It is gone already, or another has taken its place: nothing of ours is left.
        }
        catch (CliFailure failure)
        {
            told.Failed("cannot be deregistered, and runs out by itself", failure);
        }
        catch (OperationCanceledException)
        {
            told.Failed("cannot be deregistered in time, and runs out by itself", null);
        }
    }
}
