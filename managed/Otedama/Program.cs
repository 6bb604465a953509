namespace Otedama;

/// <summary>The one executable. Everything starts at CommandLine.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.RunAsync(args, Surroundings.OfProcess());
}
