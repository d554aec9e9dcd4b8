using System.Collections.Concurrent;
using Akka.Registry.Client.Routing;
using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace Akka.Registry.Client.Http;

/// <summary>When a call is attempted again: what a pipeline's strategies ask. Any thread.</summary>
public sealed class HttpAttemptRules
{
    private readonly ServiceRouter _router;
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new();
    private readonly long _began;

    internal HttpAttemptRules(HttpRoutingOptions options, ServiceRouter router) =>
        (Options, _router, _began) = (options, router, router.Time.GetTimestamp());

    /// <summary>The client's options.</summary>
    public HttpRoutingOptions Options { get; }

    private TimeSpan Now => _router.Time.GetElapsedTime(_began);

    /// <summary>
    /// The standard pipeline: hedging where <see cref="HttpRoutingOptions.HedgeAfter"/> is set, else retries. No delay stands between attempts,
    /// since each goes elsewhere.
    /// </summary>
    public void AddTo(ResiliencePipelineBuilder<HttpResponseMessage> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Options is { HedgeAfter: not null, AttemptsMax: > 1 })
            builder.AddHedging(Hedging());
        else if (Options.AttemptsMax > 1)
            builder.AddRetry(Retry());
    }

    /// <summary>Retries by these rules, within the budget. Each call makes new options, to be changed as one likes.</summary>
    public RetryStrategyOptions<HttpResponseMessage> Retry()
    {
        var retry = new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = Math.Max(1, Options.AttemptsMax - 1),
            Delay = TimeSpan.Zero,
            UseJitter = false,
        };
        // The budget is asked last, and only when an attempt would follow: what it gives is spent.
        retry.ShouldHandle = args => ValueTask.FromResult(
            args.AttemptNumber < retry.MaxRetryAttempts && !args.Context.CancellationToken.IsCancellationRequested
            && MayRetry(args.Context, args.Outcome) && TakeFromBudget(args.Context));
        retry.OnRetry = args =>
        {
            _router.Metrics.Retried(CallOf(args.Context)!.Address.Service);
            return default;
        };
        return retry;
    }

    /// <summary>
    /// Hedges by these rules, within the budget, with retries of what fails before. Each call makes new options, to be changed as one likes.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="HttpRoutingOptions.HedgeAfter"/> is not set.</exception>
    public HedgingStrategyOptions<HttpResponseMessage> Hedging() => new()
    {
        MaxHedgedAttempts = Math.Max(1, Options.AttemptsMax - 1),
        Delay = Options.HedgeAfter ?? throw new InvalidOperationException("HedgeAfter is not set; there is no delay to hedge after."),
        ShouldHandle = args => ValueTask.FromResult(Note(args.Context, args.Outcome)),
        ActionGenerator = args => MayHedge(args.PrimaryContext) ? () => args.Callback(args.ActionContext) : null,
    };

    /// <summary>Whether another attempt may follow what one came to. Does not ask the budget.</summary>
    public bool MayRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (CallOf(context) is not { } call)
            return false;
        return outcome switch
        {
            { Exception: HttpRequestException { InnerException: NoInstanceException } } => false,
            { Exception: { } failure } when HttpFailures.IsConnectFailure(failure) => call.IsSendable,
            { Exception: HttpRequestException or IOException or TimeoutRejectedException } => call.IsRepeatable,
            { Result: { } response } => Options.RetriedStatusCodes.Contains(response.StatusCode) && call.IsRepeatable,
            _ => false,
        };
    }

    /// <summary>Takes one attempt from the budget of the call's service.</summary>
    /// <returns>False when it is spent; that is counted as a refused retry.</returns>
    public bool TakeFromBudget(ResilienceContext context)
    {
        if (CallOf(context) is not { } call)
            return false;
        var budget = BudgetOf(call.Address.Service);
        bool isTaken;
        lock (budget)
            isTaken = budget.TryTake(Now);
        if (!isTaken)
            _router.Metrics.RetryRefused(call.Address.Service);
        return isTaken;
    }

    /// <summary>A call begins; its service's budget grows by its share.</summary>
    internal void OnCall(string service)
    {
        var budget = BudgetOf(service);
        lock (budget)
            budget.OnCall(Now);
    }

    private static HttpCall? CallOf(ResilienceContext context) => context.Properties.GetValue(HttpCall.Key, null!);

    private RetryBudget BudgetOf(string service) =>
        _budgets.TryGetValue(service, out var budget)
            ? budget
            : _budgets.GetOrAdd(service, new RetryBudget(Options.RetryShareMax, Options.RetriesPerSecondMin));

    /// <summary>An attempt has ended: whether the call goes on. What may not be repeated ends it.</summary>
    private bool Note(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        var goesOn = MayRetry(context, outcome);
        if (goesOn)
            CallOf(context)!.HasFailed = true;
        return goesOn;
    }

    /// <summary>
    /// Whether another attempt begins now: after a failure that allows it, or beside one that has not answered, when the call may be made twice.
    /// </summary>
    private bool MayHedge(ResilienceContext context)
    {
        if (CallOf(context) is not { } call || !(call.HasFailed || call.IsRepeatable) || !TakeFromBudget(context))
            return false;
        if (call.HasFailed)
            _router.Metrics.Retried(call.Address.Service);
        else
            _router.Metrics.Hedged(call.Address.Service);
        call.HasFailed = false;
        return true;
    }
}
