using System.CommandLine;

namespace Otedama;

internal static class NetCommand
{
    public static Command Build(CommandContext context)
    {
        Command net = new("net", "The way to pools and nodes.");
        Command test = new("test", "Speak to every pool and node of the configuration, or to those named: TLS, subscription, login, chain, height, peers, latency.");
        Argument<string[]> urls = new("url") { Description = "Pools such as stratum+tcp://host:3333, nodes such as http://user:password@host:8332.", Arity = ArgumentArity.ZeroOrMore };
        test.Arguments.Add(urls);
        test.SetAction((result, stop) => NetTest.RunAsync(context, result, result.GetValue(urls) ?? [], stop));
        net.Subcommands.Add(test);
        net.Subcommands.Add(NetDht.Build(context));
        return net;
    }
}
