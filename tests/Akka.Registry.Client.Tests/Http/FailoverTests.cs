using System.Net;
using System.Net.Http.Json;
using Akka.Registry.Client.Http;
using Polly;
using Shouldly;
using Xunit;
using static Akka.Registry.Client.Tests.Http.FakeServers;

namespace Akka.Registry.Client.Tests.Http;

public class FailoverTests
{
    private static readonly Uri Orders = new("http://orders/");

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task A_failure_to_connect_goes_to_another_instance_whatever_the_method(string method)
    {
        using var rig = Rig(2);
        FailFirst(rig, Refused);
        using var request = new HttpRequestMessage(new HttpMethod(method), Orders);
        (await rig.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Servers.Seen.Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("HEAD", 2)]
    [InlineData("PUT", 2)]
    [InlineData("DELETE", 2)]
    [InlineData("OPTIONS", 2)]
    [InlineData("TRACE", 2)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task A_503_or_a_broken_connection_is_repeated_only_when_the_call_is_idempotent(string method, int attempts)
    {
        using var rig = Rig(3);
        rig.Servers.Answer = _ => new HttpResponseMessage(rig.Servers.Seen.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        var response = await rig.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), Orders));
        response.StatusCode.ShouldBe(attempts == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        rig.Servers.Seen.Count.ShouldBe(attempts);

        rig.Servers.Seen.Clear();
        FailFirst(rig, () => new HttpRequestException(HttpRequestError.ResponseEnded, "reset"));
        var answer = rig.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), Orders));
        if (attempts == 1)
            (await Should.ThrowAsync<HttpRequestException>(answer)).HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
        else
            (await answer).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Servers.Seen.Distinct().Count().ShouldBe(attempts);
    }

    [Fact]
    public async Task What_a_request_says_of_itself_comes_before_its_method()
    {
        using var rig = Rig(3);
        rig.Servers.Answer = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        using var post = new HttpRequestMessage(HttpMethod.Post, Orders) { Content = new StringContent("order") };
        post.Options.Set(RegistryRequestOptions.IsIdempotent, true);
        await rig.Client.SendAsync(post);
        rig.Servers.Seen.Distinct().Count().ShouldBe(3);
        rig.Servers.Seen.Clear();
        using var get = new HttpRequestMessage(HttpMethod.Get, Orders);
        get.Options.Set(RegistryRequestOptions.IsIdempotent, false);
        await rig.Client.SendAsync(get);
        rig.Servers.Seen.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Other_answers_are_answers(HttpStatusCode status)
    {
        using var rig = Rig(3);
        rig.Servers.Answer = _ => new HttpResponseMessage(status);
        (await rig.Client.GetAsync(Orders)).StatusCode.ShouldBe(status);
        rig.Servers.Seen.Count.ShouldBe(1);
        using var other = Rig(3, options => options with { RetriedStatusCodes = new HashSet<HttpStatusCode> { status } });
        other.Servers.Answer = rig.Servers.Answer;
        (await other.Client.GetAsync(Orders)).StatusCode.ShouldBe(status);
        other.Servers.Seen.Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("consistent-hashing")]
    [InlineData("random")]
    [InlineData("power-of-two-choices")]
    public async Task Each_attempt_goes_elsewhere_though_the_logic_might_choose_the_same_again(string logic)
    {
        using var rig = Rig(3, options => options with { Logic = logic, HashKey = _ => "user-1", AttemptsMax = 3 });
        rig.Servers.Answer = _ => throw Refused();
        for (var i = 0; i < 4; i++)
        {
            rig.Servers.Seen.Clear();
            await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(Orders));
            rig.Servers.Seen.Distinct().Count().ShouldBe(3);
        }
    }

    [Fact]
    public async Task The_last_failure_is_told_and_a_single_instance_is_tried_again()
    {
        using var rig = Rig(1);
        rig.Servers.Answer = _ => throw Refused();
        (await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(Orders))).Message.ShouldBe("refused");
        rig.Servers.Seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Bodies_that_can_be_written_again_are_and_headers_go_with_them()
    {
        using var rig = Rig(2);
        HttpContent[] bodies =
        [
            new StringContent("body"), new ByteArrayContent("body"u8.ToArray()), new ReadOnlyMemoryContent("body"u8.ToArray()),
            JsonContent.Create("body"), new StreamContent(new MemoryStream("body"u8.ToArray())), new FormUrlEncodedContent([new("a", "b")]),
        ];
        foreach (var body in bodies)
        {
            rig.Servers.Seen.Clear();
            rig.Servers.Bodies.Clear();
            body.Headers.ContentLanguage.Add("en");
            rig.Servers.Answer = request =>
            {
                request.Content!.Headers.ContentType.ShouldBe(body.Headers.ContentType);
                request.Content.Headers.ContentLanguage.ShouldBe(["en"]);
                return new HttpResponseMessage(rig.Servers.Seen.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
            };
            (await rig.Client.PutAsync(Orders, body)).StatusCode.ShouldBe(HttpStatusCode.OK, body.GetType().Name);
            rig.Servers.Bodies.Count.ShouldBe(2);
            rig.Servers.Bodies.Distinct().ShouldHaveSingleItem().ShouldBeOneOf("body", "\"body\"", "a=b");
        }
    }

    [Fact]
    public async Task A_body_that_cannot_be_written_again_is_sent_once_and_to_another_instance_only_when_it_is_untouched()
    {
        using var rig = Rig(2);
        rig.Servers.Answer = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        (await rig.Client.PutAsync(Orders, new StreamContent(new OneWayStream("body")))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (rig.Servers.Seen.Count, rig.Servers.Bodies.ShouldHaveSingleItem()).ShouldBe((1, "body"));

        rig.Servers.Seen.Clear();
        rig.Servers.Bodies.Clear();
        FailFirst(rig, Refused);
        (await rig.Client.PostAsync(Orders, new StreamContent(new OneWayStream("body")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (rig.Servers.Seen.Count, rig.Servers.Bodies.ShouldHaveSingleItem()).ShouldBe((2, "body"));
    }

    [Fact]
    public async Task A_body_larger_than_may_be_held_is_sent_once_unless_it_is_marked()
    {
        using var rig = Rig(2, options => options with { ReplayBytesMax = 3 });
        rig.Servers.Answer = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        await rig.Client.PutAsync(Orders, new StreamContent(new MemoryStream("body"u8.ToArray())));
        rig.Servers.Seen.Count.ShouldBe(1);
        using var marked = new HttpRequestMessage(HttpMethod.Put, Orders) { Content = new StreamContent(new MemoryStream("body"u8.ToArray())) };
        marked.Options.Set(RegistryRequestOptions.IsReplayable, true);
        await rig.Client.SendAsync(marked);
        rig.Servers.Bodies.ShouldBe(["body", "body", "body", "body"]);
    }

    [Fact]
    public async Task Retries_never_exceed_their_share_of_the_calls()
    {
        using var rig = Rig(3, options => options with { RetriesPerSecondMin = 0 });
        rig.Servers.Answer = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        for (var call = 1; call <= 200; call++)
        {
            await rig.Client.GetAsync(Orders);
            (rig.Servers.Seen.Count - call).ShouldBeLessThanOrEqualTo(call / 5);
        }

        rig.Servers.Seen.Count.ShouldBe(240);
    }

    [Fact]
    public async Task Failures_of_attempts_eject_their_instance()
    {
        using var rig = Rig(3);
        rig.Servers.Answer = request => request.RequestUri!.Port == 8002 ? throw Refused() : new HttpResponseMessage();
        for (var i = 0; i < 30; i++)
            (await rig.Client.GetAsync(Orders)).StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Servers.Seen.Count(seen => seen.Contains("8002", StringComparison.Ordinal)).ShouldBe(5);
        rig.Time.Advance(TimeSpan.FromSeconds(41));
        for (var i = 0; i < 30; i++)
            await rig.Client.GetAsync(Orders);
        rig.Servers.Seen.Count(seen => seen.Contains("8002", StringComparison.Ordinal)).ShouldBe(10);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, 5)]
    [InlineData(HttpStatusCode.NotImplemented, 20)]
    [InlineData(HttpStatusCode.NotFound, 20)]
    public async Task Answers_from_500_on_count_as_failures_but_for_what_the_caller_asked_in_vain(HttpStatusCode status, int reached)
    {
        using var rig = Rig(2);
        rig.Servers.Answer = request => new HttpResponseMessage(request.RequestUri!.Port == 8002 ? status : HttpStatusCode.OK);
        for (var i = 0; i < 40; i++)
            await rig.Client.GetAsync(Orders);
        rig.Servers.Seen.Count(seen => seen.Contains("8002", StringComparison.Ordinal)).ShouldBe(reached);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_goes_to_another_instance()
    {
        using var rig = Rig(2, options => options with { AttemptTimeout = TimeSpan.FromSeconds(2), AttemptsMax = 2 });
        rig.Servers.Answer = _ => null;
        var answer = rig.Client.GetAsync(Orders);
        var first = await rig.Servers.NextAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        var second = await rig.Servers.NextAsync();
        first.Token.IsCancellationRequested.ShouldBeTrue();
        second.Request.RequestUri.ShouldNotBe(first.Request.RequestUri);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        var failure = await Should.ThrowAsync<HttpRequestException>(answer.WaitAsync(Patience));
        failure.Message.ShouldBe($"{second.Request.RequestUri!.Authority} has not answered within 00:00:02.");
    }

    [Fact]
    public async Task Who_gives_up_is_not_retried_and_blames_nobody()
    {
        using var rig = Rig(2);
        rig.Servers.Answer = _ => null;
        for (var i = 0; i < 20; i++)
        {
            using var stop = new CancellationTokenSource();
            var answer = rig.Client.GetAsync(Orders, stop.Token);
            await rig.Servers.NextAsync();
            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(answer.WaitAsync(Patience));
        }

        rig.Servers.Seen.Count.ShouldBe(20);
        Enumerable.Range(0, 4).Select(_ => rig.Router.Pick("orders")!.Id).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task An_application_builds_its_own_pipeline_from_the_rules()
    {
        var retries = 0;
        using var rig = Rig(3, options => options with
        {
            Pipeline = (builder, rules) =>
            {
                var retry = rules.Retry();
                retry.MaxRetryAttempts = 1;
                retry.OnRetry = _ =>
                {
                    retries++;
                    return default;
                };
                builder.AddRetry(retry);
            },
        });
        rig.Servers.Answer = _ => throw Refused();
        await Should.ThrowAsync<HttpRequestException>(rig.Client.GetAsync(Orders));
        (rig.Servers.Seen.Count, retries).ShouldBe((2, 1));
        using var none = Rig(3, options => options with { AttemptsMax = 1 });
        none.Servers.Answer = _ => throw Refused();
        await Should.ThrowAsync<HttpRequestException>(none.Client.GetAsync(Orders));
        none.Servers.Seen.Count.ShouldBe(1);
    }

    private static ClientRig Rig(int instances, Func<HttpRoutingOptions, HttpRoutingOptions>? options = null)
    {
        var rig = new ClientRig(options, routing => routing with { SlowStartWindow = TimeSpan.Zero });
        rig.Directory.Show(ClientRig.Instances(instances));
        return rig;
    }

    private static void FailFirst(ClientRig rig, Func<Exception> failure) =>
        rig.Servers.Answer = _ => rig.Servers.Seen.Count == 1 ? throw failure() : new HttpResponseMessage();

    /// <summary>A stream that is read once: a socket, a pipe.</summary>
    private sealed class OneWayStream(string text) : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
