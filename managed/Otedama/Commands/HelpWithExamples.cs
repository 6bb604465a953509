using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Otedama;

/// <summary>The help of a verb, and below it how it is used.</summary>
internal sealed class HelpWithExamples(HelpAction plain) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult result)
    {
        int code = plain.Invoke(result);
        TextWriter output = result.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (Example example in Examples.Of(result.CommandResult.Command))
        {
            output.WriteLine($"  {example.Line}");
            output.WriteLine($"      {example.Meaning}");
        }
        return code;
    }
}
