using System.Collections.Concurrent;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Hosting.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Hosting.Registering;

/// <summary>Keeps the application registered: from when it has started until its server has stopped.</summary>
/// <remarks>
/// <para>Registers once the host has started, so that ports are bound. On stop it drains before any hosted service is asked to
/// stop (<see cref="IHostedLifecycleService.StoppingAsync"/>), while requests are still taken; and deregisters after all have stopped
/// (<see cref="IHostedLifecycleService.StoppedAsync"/>).</para>
/// <para>Nothing here waits for the registry when the host starts; when it stops, 2 s for a node to take hold of what none holds, the drain's
/// timeout, and the farewell's at most.</para>
/// </remarks>
internal sealed class RegisteredServices(
    IEnumerable<ServiceRequest> requests, IServiceProvider provider, IRegistryConnection connection, ProcessSuffix suffix,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RegisteredServices> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a drain waits for a node that takes the instance: enough for a session to move to another one.</summary>
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Service, RegistrationOptions Options)> _wanted = [];
    private readonly ConcurrentQueue<(RegisteredInstance Instance, RegistrationOptions Options)> _registered = new();
    private readonly ConcurrentQueue<Task> _reporting = new();
    private Task _registering = Task.CompletedTask;

    /// <summary>Looks at what was asked for, before a port is opened.</summary>
    /// <exception cref="SettingsException">Something is wrong; it names every error.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var errors = new List<SettingsError>();
        foreach (var request in requests)
            _wanted.Add((request.Service, request.Resolve(errors)));
        if (errors.Count > 0)
            throw new SettingsException(errors);
        return Task.CompletedTask;
    }

    /// <summary>Registers once the host has started.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_wanted.Count > 0)
            lifetime.ApplicationStarted.Register(() => _registering = Task.Run(RegisterAllAsync, CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Drains, while the server still takes requests.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _registering.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_reporting).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_registered.Select(registered => DrainAsync(registered.Instance, registered.Options.DrainTimeout, cancellationToken)));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Deregisters, now that the server has stopped.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken) =>
        await connection.EndAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task DrainAsync(RegisteredInstance instance, TimeSpan timeout, CancellationToken cancellation)
    {
        if (timeout == TimeSpan.Zero || instance.State is not (RegistrationState.Pending or RegistrationState.Registered))
            return;
        var laggards = "it took too long";
        try
        {
            await HeldAsync(instance, timeout < MoveTimeout ? timeout : MoveTimeout, cancellation);
            var outcome = await instance.DrainAsync(timeout, cancellation).WaitAsync(timeout, time, cancellation);
            if (outcome.IsConfirmed)
            {
                Log.Drained(logger, instance.Registration.Service, instance.Registration.Id);
                return;
            }

            laggards = string.Join(", ", outcome.Laggards);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            // The time to stop is over.
        }

        Log.NotDrained(logger, instance.Registration.Service, instance.Registration.Id, laggards);
    }

    /// <summary>Waits until a node holds it: its registration may be under way, or its session moving, and callers know it all the same.</summary>
    private async Task HeldAsync(RegisteredInstance instance, TimeSpan patience, CancellationToken cancellation)
    {
        if (instance.State != RegistrationState.Pending)
            return;
        instance.Report(InstanceStatus.Draining);
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(LookInterval, time);
        while (instance.State == RegistrationState.Pending && time.GetElapsedTime(began) < patience)
            await timer.WaitForNextTickAsync(cancellation);
    }

    private async Task RegisterAllAsync()
    {
        try
        {
            var facts = await FactsAsync();
            foreach (var (service, options) in _wanted)
            {
                if (_stop.IsCancellationRequested)
                    return;
                Register(service, options, facts);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops already.
        }
    }

    private void Register(string service, RegistrationOptions options, ApplicationFacts facts)
    {
        try
        {
            var health = HealthOf(options);
            var methods = WebMethods.Of(provider, options.MethodReport);
            var plan = RegistrationPlan.Of(service, options, facts with { Methods = methods }, health is not null);
            foreach (var notice in plan.Notices)
                Log.Notice(logger, service, notice);
            if (plan.Registration is not { } registration)
                return;
            Log.Registers(logger, service, registration.Id, registration.Address, registration.Port);
            var instance = connection.Registrar.Register(registration);
            _registered.Enqueue((instance, options));
            if (health is not null)
                _reporting.Enqueue(new HealthReporter(health, instance, options, time, logger).RunAsync(_stop.Token));
        }
        catch (Exception failure)
        {
            // The edge of the application: a service that cannot be registered harms no other, nor the application.
            Log.CannotRegister(logger, service, failure);
        }
    }

    private async Task<ApplicationFacts> FactsAsync()
    {
        string? local = null;
        using var late = new CancellationTokenSource(AddressTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        try
        {
            local = await connection.LocalAddressAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // Names are not resolved in time: there is no address to be had from them.
        }

        return new ApplicationFacts
        {
            Addresses = WebEndpoints.Addresses(provider),
            NamedUrls = WebEndpoints.NamedUrls(provider),
            LocalAddress = local,
            Machine = Environment.MachineName,
            Suffix = suffix.Text,
        };
    }

    private Func<CancellationToken, ValueTask<HealthStatus>>? HealthOf(RegistrationOptions options)
    {
        if (options.Health is not null)
            return options.Health;
        if (!options.HealthChecks || provider.GetService<HealthCheckService>() is not { } checks)
            return null;
        return async cancellation => (await checks.CheckHealthAsync(options.HealthFilter, cancellation)).Status;
    }
}

/// <summary>Tells this process from every other, in ids.</summary>
/// <param name="Text">8 hexadecimal digits.</param>
internal sealed record ProcessSuffix(string Text);
