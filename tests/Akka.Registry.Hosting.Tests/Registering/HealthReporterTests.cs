using System.Threading.Channels;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Hosting.Registering;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

public class HealthReporterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new();
    private readonly Owner _owner = new();
    private readonly RegistrationOptions _options = new() { HealthInterval = TimeSpan.FromSeconds(5), HealthTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task Looks_at_once_and_at_each_interval_and_reports_what_it_sees()
    {
        var health = HealthStatus.Healthy;
        using var stop = new CancellationTokenSource();
        var running = Run(_ => ValueTask.FromResult(health), stop.Token);
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Passing);
        health = HealthStatus.Degraded;
        _time.Advance(TimeSpan.FromSeconds(5));
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Warning);
        health = HealthStatus.Unhealthy;
        _time.Advance(TimeSpan.FromSeconds(5));
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Critical);
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_look_that_fails_counts_as_unhealthy_until_one_succeeds()
    {
        var fails = true;
        using var stop = new CancellationTokenSource();
        var running = Run(_ => fails ? throw new InvalidOperationException("no") : ValueTask.FromResult(HealthStatus.Healthy), stop.Token);
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Critical);
        fails = false;
        _time.Advance(TimeSpan.FromSeconds(5));
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Passing);
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_look_that_never_ends_counts_as_unhealthy_after_its_timeout_and_holds_no_stop_up()
    {
        var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var running = Run(
            _ =>
            {
                looking.TrySetResult();
                return new ValueTask<HealthStatus>(new TaskCompletionSource<HealthStatus>().Task);
            },
            stop.Token);
        await looking.Task.WaitAsync(Patience);
        _time.Advance(TimeSpan.FromSeconds(2));
        (await _owner.NextAsync()).ShouldBe(InstanceStatus.Critical);
        _time.Advance(TimeSpan.FromSeconds(3));
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    [Fact]
    public async Task Who_drains_is_not_called_back()
    {
        var looks = 0;
        using var seen = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var instance = _owner.Instance();
        instance.Status = InstanceStatus.Draining;
        var running = new HealthReporter(
            _ =>
            {
                looks++;
                seen.Release();
                return ValueTask.FromResult(HealthStatus.Healthy);
            },
            instance, _options, _time, NullLogger.Instance).RunAsync(stop.Token);
        (await seen.WaitAsync(Patience)).ShouldBeTrue();
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
        looks.ShouldBe(1);
        _owner.HasReports.ShouldBeFalse();
    }

    private Task Run(Func<CancellationToken, ValueTask<HealthStatus>> check, CancellationToken stop) =>
        new HealthReporter(check, _owner.Instance(), _options, _time, NullLogger.Instance).RunAsync(stop);

    /// <summary>Takes reports.</summary>
    private sealed class Owner : IRegistrationOwner
    {
        private readonly Channel<InstanceStatus> _reports = Channel.CreateUnbounded<InstanceStatus>();

        public bool HasReports => _reports.Reader.TryPeek(out _);

        public RegisteredInstance Instance() =>
            new(this, new ServiceRegistration { Service = "orders", Id = "a", Address = "10.0.0.1", Status = InstanceStatus.Starting }, epoch: 1);

        public async Task<InstanceStatus> NextAsync() => await _reports.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public void Report(RegisteredInstance instance, InstanceStatus status)
        {
            instance.Status = status;
            _reports.Writer.TryWrite(status);
        }

        public Task<DrainOutcome> DrainAsync(RegisteredInstance instance, TimeSpan deadline) => throw new NotSupportedException();

        public void Deregister(RegisteredInstance instance) => throw new NotSupportedException();
    }
}
