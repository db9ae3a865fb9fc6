"""Publishes events as any Confluent-compatible client does: one JSON object a line on standard input, one event each.

Usage: produce.py BROKERS REGISTRY_URL TOPIC
Prints `partition offset` for each event that is on record; exits 1 when one is not.
"""

import json
import sys

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry_url, topic = sys.argv[1:4]

# Schemas are registered by the operator, never by a producer.
serialize = AvroSerializer(
    SchemaRegistryClient({"url": registry_url}),
    conf={"auto.register.schemas": False, "use.latest.version": True},
)
# librdkafka's own partitioner is another than that of Java and kafkajs.
producer = Producer({"bootstrap.servers": brokers, "acks": "all", "partitioner": "murmur2_random"})
failures = []


def on_delivery(error, message):
    if error is not None:
        failures.append(str(error))
    else:
        print(message.partition(), message.offset(), flush=True)


for line in sys.stdin:
    event = json.loads(line)
    producer.produce(
        topic,
        key=event["publication_id"].encode(),
        value=serialize(event, SerializationContext(topic, MessageField.VALUE)),
        on_delivery=on_delivery,
    )
    producer.poll(0)

unsent = producer.flush(30)
if failures or unsent:
    sys.exit(f"not on record: {failures}, unsent {unsent}")
