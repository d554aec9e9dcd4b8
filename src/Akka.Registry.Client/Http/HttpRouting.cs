using Akka.Registry.Client.Routing;
using Polly;

namespace Akka.Registry.Client.Http;

/// <summary>What all handlers of one named client share; they come and go, it stays.</summary>
internal sealed class HttpRouting
{
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range, or names no logic.</exception>
    public HttpRouting(HttpRoutingOptions options, ServiceRouter router)
    {
        OptionRules.Check(options);
        if (options.Logic is not null && !router.Logics.Contains(options.Logic))
        {
            throw new System.ComponentModel.DataAnnotations.ValidationException(
                $"{nameof(HttpRoutingOptions.Logic)}: There is no routing logic '{options.Logic}'; there are {string.Join(", ", router.Logics)}.");
        }

        (Router, Rules) = (router, new HttpAttemptRules(options, router));
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { Name = "akka.registry", TimeProvider = router.Time };
        if (options.Pipeline is null)
            Rules.AddTo(builder);
        else
            options.Pipeline(builder, Rules);
        Pipeline = builder.Build();
    }

    /// <summary>Chooses instances.</summary>
    public ServiceRouter Router { get; }

    /// <summary>When a call is attempted again.</summary>
    public HttpAttemptRules Rules { get; }

    /// <summary>What attempts run in.</summary>
    public ResiliencePipeline<HttpResponseMessage> Pipeline { get; }
}
