using Shouldly;
using Xunit;

namespace Akka.Registry.Actors.Tests;

/// <summary>Who carries messages elsewhere ends an ask that no answer can come to.</summary>
public abstract class FailedAskBehaviour
{
    private protected abstract World World { get; }

    [Fact]
    public async Task An_ask_that_is_failed_ends_at_once_with_the_reason()
    {
        var actor = World.Start("a");
        var asked = actor.Ask<Line, string>(
            reply => new Line.Run(_ =>
            {
                var ask = reply.ShouldBeAssignableTo<IAskRef>()!;
                ask.Timeout.ShouldBe(TimeSpan.FromHours(1));
                ask.Fail(new Boom("the link broke")).ShouldBeTrue();
                ask.Fail(new Boom("again")).ShouldBeFalse();
                reply.Tell("late");
            }),
            TimeSpan.FromHours(1),
            World.System.Time);
        (await Should.ThrowAsync<Boom>(World.Until(asked))).Message.ShouldBe("the link broke");
    }

    [Fact]
    public async Task An_ask_that_was_answered_cannot_be_failed()
    {
        var actor = World.Start("a");
        var answer = await World.Until(actor.Ask<Line, string>(
            reply => new Line.Run(_ =>
            {
                reply.Tell("first");
                ((IAskRef)reply).Fail(new Boom()).ShouldBeFalse();
            }),
            TimeSpan.FromSeconds(20),
            World.System.Time));
        answer.ShouldBe("first");
    }
}

public sealed class FailedAskOnThreads : FailedAskBehaviour
{
    private protected override World World { get; } = new ThreadPoolWorld();
}

public sealed class FailedAskOnVirtualTime : FailedAskBehaviour
{
    private protected override World World { get; } = new VirtualWorld();
}
