namespace Otedama.Wire;

/// <summary>Who does something with a message of whatever type it is.</summary>
public interface ISv2Visitor
{
    void On<TMessage>()
        where TMessage : struct, ISv2Message, allows ref struct;
}
