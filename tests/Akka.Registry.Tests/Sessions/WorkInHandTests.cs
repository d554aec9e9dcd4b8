using Akka.Registry.Sessions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Sessions;

public class WorkInHandTests
{
    private readonly WorkInHand _work = new(10);

    [Fact]
    public async Task What_is_too_much_waits_until_enough_is_done()
    {
        Take(4).IsCompletedSuccessfully.ShouldBeTrue();
        Take(6).IsCompletedSuccessfully.ShouldBeTrue();
        var more = Take(5);
        more.IsCompleted.ShouldBeFalse();
        _work.Return(4);
        more.IsCompleted.ShouldBeFalse("six and five are more than ten");
        _work.Return(6);
        await more.WaitAsync(TimeSpan.FromSeconds(10));
        Take(5).IsCompletedSuccessfully.ShouldBeTrue();
        Take(1).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_more_than_is_ever_allowed_goes_alone()
    {
        Take(11).IsCompletedSuccessfully.ShouldBeTrue();
        var next = Take(1);
        next.IsCompleted.ShouldBeFalse();
        _work.Return(11);
        await next.WaitAsync(TimeSpan.FromSeconds(10));
        var large = Take(11);
        large.IsCompleted.ShouldBeFalse();
        _work.Return(1);
        await large.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_waits_no_longer_stops_nobody()
    {
        using var stop = new CancellationTokenSource();
        _ = Take(10);
        var waiting = Take(1, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        _work.Return(10);
    }

    private Task Take(int amount, CancellationToken stop = default) => _work.TakeAsync(amount, stop).AsTask();
}
