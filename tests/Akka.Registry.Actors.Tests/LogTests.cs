using Akka.Registry.Actors.Virtual;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

public sealed class LogTests : ILoggerProvider, ILogger
{
    private readonly List<(int Id, LogLevel Level, string Text)> _lines = [];
    private readonly VirtualScheduler _scheduler = new(1);

    [Fact]
    public void Dead_letters_are_logged_ten_times_and_then_summed_up_once_a_minute()
    {
        var system = Start();
        var actor = system.ActorOf(Props.Of(() => new Script("a", new Journal())), "a");
        system.Stop(actor);
        _scheduler.RunUntilIdle();
        for (var second = 0; second < 135; second++)
        {
            actor.Say("lost");
            _scheduler.RunFor(TimeSpan.FromSeconds(1));
        }

        _lines.Count(line => line.Id == 1005).ShouldBe(10);
        _lines.Where(line => line.Id == 1006).Select(line => line.Text).ShouldBe(
        [
            "logged: 61 more messages were not delivered, 71 in all; the last, a Akka.Registry.Actors.Tests.Line+Say "
            + "for /user/a: Stopped.",
            "logged: 60 more messages were not delivered, 131 in all; the last, a Akka.Registry.Actors.Tests.Line+Say "
            + "for /user/a: Stopped.",
        ]);
    }

    [Fact]
    public void Failures_are_errors_and_their_answers_warnings()
    {
        var system = Start();
        var strategy = new SupervisorStrategy(_ => Directive.Restart, 1, TimeSpan.FromMinutes(1));
        system.ActorOf(Props.Of(() => new Script("p", new Journal(), strategy)), "p").Run(self =>
        {
            var child = self.Child("c");
            child.Fail("one");
            child.Fail("two");
        });
        _scheduler.RunUntilIdle();
        _lines.ShouldBe(
        [
            (1000, LogLevel.Error, "logged: /user/p/c threw; its supervisor decides what becomes of it."),
            (1001, LogLevel.Warning, "logged: the failure of /user/p/c is answered by Restart."),
            (1000, LogLevel.Error, "logged: /user/p/c threw; its supervisor decides what becomes of it."),
            (1002, LogLevel.Error, "logged: /user/p/c is stopped: it failed once more after 1 restarts within 00:01:00."),
            (1004, LogLevel.Debug, "logged: /user/p/c has stopped."),
        ]);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Add((eventId.Id, logLevel, formatter(state, exception)));

    public void Dispose() { }

    private ActorSystem Start()
    {
        var node = _scheduler.CreateNode("n");
        return ActorSystem.Create("logged", new ActorSystemOptions
        {
            Dispatcher = node,
            Time = node.Clock,
            LoggerFactory = new SingleFactory(this),
        });
    }

    private sealed class SingleFactory(ILogger logger) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose() { }
    }
}
