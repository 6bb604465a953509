using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama;

/// <summary>Serves the metrics over HTTP.</summary>
internal static class MetricsServer
{
    private const string TextFormat = "text/plain; version=0.0.4; charset=utf-8";

    public static Task<HttpHost> StartAsync(
        IPAddress address, int port, HostNames names, Func<MetricsInput> metrics, ILoggerFactory loggers, CancellationToken stop)
    {
        HttpRoutes routes = new HttpRoutes()
            .Guard((context, _) => names.CheckAsync(context))
            .Get("/metrics", (context, _) => HttpReply.BytesAsync(context, 200, TextFormat, InstanceMetrics.Collect(metrics())))
            .Get("/", (context, _) => HttpReply.TextAsync(context, 200, "otedama: metrics are at /metrics\n"));
        HttpHostOptions options = new() { Name = "metrics", Address = address, Port = port, ConnectionsMax = 32, BodyBytesMax = 1024 };
        return HttpHost.StartAsync(options, routes.HandleAsync, loggers, stop);
    }
}
