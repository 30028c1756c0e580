"""What leaves the building when an alarm escalates: text messages, e-mail, webhooks, MQTT. What is to be sent stands in the journal
(`security.messages`); here it is written in the contact's language, sent, and tried again until it is delivered or given up."""
