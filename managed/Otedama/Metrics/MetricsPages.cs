namespace Otedama;

/// <summary>docs/reference/metrics.md.</summary>
internal static class MetricsPages
{
    public static string Reference() => "# Metrics\n";
}
