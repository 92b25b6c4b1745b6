# A client in another language: publishes one message to an exchange, with the properties and the body given as JSON.
import json
import sys

import pika

url, exchange, routing_key, properties, body = sys.argv[1:]
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.confirm_delivery()
channel.basic_publish(exchange, routing_key, body.encode(), pika.BasicProperties(**json.loads(properties)), mandatory=True)
connection.close()
