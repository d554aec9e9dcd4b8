using System.Net;
using Akka.Registry.Client.Http;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Http.FakeServers;

namespace Akka.Registry.Client.Tests.Http;

public class HedgingTests
{
    private static readonly Uri Orders = new("http://orders/");
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_slow_call_goes_to_another_instance_too_and_the_first_answer_wins()
    {
        using var rig = Rig();
        var answer = rig.Client.GetAsync(Orders);
        var first = await rig.Servers.NextAsync();
        rig.Time.Advance(Delay - TimeSpan.FromMilliseconds(1));
        rig.Servers.HasKept.ShouldBeFalse();
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await rig.Servers.NextAsync();
        second.Request.RequestUri.ShouldNotBe(first.Request.RequestUri);
        second.Answer.SetResult(new HttpResponseMessage(HttpStatusCode.Accepted));
        (await answer.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        first.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_that_must_not_be_made_twice_is_not_hedged_but_goes_elsewhere_when_it_cannot_connect()
    {
        using var rig = Rig();
        var answer = rig.Client.PostAsync(Orders, new StringContent("order"));
        var first = await rig.Servers.NextAsync();
        rig.Time.Advance(10 * Delay);
        rig.Servers.HasKept.ShouldBeFalse();
        first.Answer.SetException(Refused());
        var second = await rig.Servers.NextAsync();
        second.Request.RequestUri.ShouldNotBe(first.Request.RequestUri);
        second.Answer.SetResult(new HttpResponseMessage());
        (await answer.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Servers.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Hedges_keep_to_the_budget()
    {
        using var rig = Rig(options => options with { RetriesPerSecondMin = 0, RetryShareMax = 0.5 });
        for (var call = 1; call <= 2; call++)
        {
            var answer = rig.Client.GetAsync(Orders);
            var first = await rig.Servers.NextAsync();
            rig.Time.Advance(Delay);
            if (call == 2)
                await rig.Servers.NextAsync();
            else
                rig.Servers.HasKept.ShouldBeFalse();
            first.Answer.SetResult(new HttpResponseMessage());
            (await answer.WaitAsync(Patience)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        rig.Servers.Seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_failure_is_followed_at_once_and_all_that_fail_are_told_as_one_failed()
    {
        using var rig = Rig();
        rig.Servers.Answer = _ => throw Refused();
        (await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(Orders).WaitAsync(Patience))).Message.ShouldBe("refused");
        rig.Servers.Seen.Distinct().Count().ShouldBe(3);
    }

    private static ClientRig Rig(Func<HttpRoutingOptions, HttpRoutingOptions>? more = null)
    {
        var rig = new ClientRig(options => (more?.Invoke(options) ?? options) with { HedgeAfter = Delay });
        rig.Directory.Show(ClientRig.Instances(3));
        rig.Servers.Answer = _ => null;
        return rig;
    }
}
